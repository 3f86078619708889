output "vpc_id" {
  description = "The network."
  value       = module.network.vpc_id
}

output "subnets" {
  description = "The address ranges of the subnets."
  value       = module.network.cidr_blocks
}

output "servers" {
  description = "Each zone's server, by its private address."
  value       = { for zone, server in aws_instance.web : zone => server.private_ip }
}

output "addresses" {
  description = "The addresses under which the servers reach the world."
  value       = module.network.addresses
}

output "site" {
  description = "Where the site's description is kept."
  value       = "s3://${aws_s3_object.site.bucket}/${aws_s3_object.site.key}"
}
