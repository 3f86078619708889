locals {
  # One range, cut for the clouds, so that the networks can be joined later.
  clouds = ["aws", "azure", "google"]
  ranges = { for index, cloud in local.clouds : cloud => cidrsubnet(var.cidr_block, 2, index) }

  tags = {
    project     = var.name
    environment = var.environment
    owner       = var.owner
  }

  # What every machine does first.
  user_data = templatefile("${path.module}/user-data.sh.tftpl", {
    environment = var.environment
    ports       = var.open_ports
  })

  # What every bucket serves: where the environment stands on each cloud.
  site = jsonencode({
    environment = var.environment
    networks    = local.ranges
    ports       = var.open_ports
  })
}

module "aws" {
  source = "./modules/aws"

  name       = var.name
  suffix     = var.suffix
  cidr_block = local.ranges["aws"]
  open_ports = var.open_ports
  image_name = var.aws_image_name
  public_key = var.public_key
  user_data  = local.user_data
  site       = local.site
}

module "azure" {
  source = "./modules/azure"

  name       = var.name
  suffix     = var.suffix
  location   = var.azure_location
  cidr_block = local.ranges["azure"]
  open_ports = var.open_ports
  public_key = var.public_key
  user_data  = local.user_data
  tags       = local.tags
}

module "google" {
  source = "./modules/google"

  name       = var.name
  suffix     = var.suffix
  project    = var.google_project
  region     = var.google_region
  cidr_block = local.ranges["google"]
  open_ports = var.open_ports
  public_key = var.public_key
  user_data  = local.user_data
  site       = local.site
}

check "networks_are_apart" {
  assert {
    condition     = length(distinct([for range in values(local.ranges) : cidrhost(range, 0)])) == length(local.clouds)
    error_message = "Two clouds share an address range."
  }
}
