output "networks" {
  description = "The network on each cloud, with its range."
  value = {
    aws    = { id = module.aws.network_id, range = local.ranges["aws"] }
    azure  = { id = module.azure.network_id, range = local.ranges["azure"] }
    google = { id = module.google.network_id, range = local.ranges["google"] }
  }
}

output "machines" {
  description = "The machine on each cloud, by its private address."
  value = {
    aws    = module.aws.address
    azure  = module.azure.address
    google = module.google.address
  }
}

output "buckets" {
  description = "Where each cloud keeps objects."
  value = {
    aws    = module.aws.bucket
    azure  = module.azure.bucket
    google = module.google.bucket
  }
}

output "identities" {
  description = "As whom the machine on each cloud acts."
  value = {
    aws    = module.aws.identity
    azure  = module.azure.identity
    google = module.google.identity
  }
}
