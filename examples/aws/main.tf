data "aws_caller_identity" "current" {}

data "aws_availability_zones" "available" {
  state = "available"
}

data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = [var.image_name]
  }
}

locals {
  zones = slice(sort(data.aws_availability_zones.available.names), 0, 2)
}

module "network" {
  source = "./modules/network"

  name       = var.name
  cidr_block = var.cidr_block
  zones      = local.zones
}

resource "aws_security_group" "web" {
  name        = "${var.name}-web"
  description = "What may reach the web server"
  vpc_id      = module.network.vpc_id

  tags = {
    Name = "${var.name}-web"
  }
}

resource "aws_vpc_security_group_ingress_rule" "open" {
  for_each = var.open_ports

  security_group_id = aws_security_group.web.id
  description       = each.key
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.web.id
  description       = "anywhere"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_instance" "web" {
  ami                    = data.aws_ami.linux.id
  instance_type          = var.instance_type
  subnet_id              = module.network.subnet_ids[local.zones[0]]
  vpc_security_group_ids = [aws_security_group.web.id]

  tags = {
    Name = "${var.name}-web"
    Role = "web"
  }

  lifecycle {
    # A newer image is no reason to replace a running server.
    ignore_changes = [ami]
  }
}

resource "aws_s3_bucket" "content" {
  bucket        = "${var.name}-${data.aws_caller_identity.current.account_id}-content"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "content" {
  count = var.keep_versions ? 1 : 0

  bucket = aws_s3_bucket.content.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_object" "site" {
  bucket       = aws_s3_bucket.content.id
  key          = "site.json"
  content_type = "application/json"

  content = jsonencode({
    server  = aws_instance.web.private_ip
    ports   = var.open_ports
    subnets = module.network.subnet_cidr_blocks
  })

  depends_on = [aws_s3_bucket_versioning.content]
}
