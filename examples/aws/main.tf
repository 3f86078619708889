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
  zones   = slice(sort(data.aws_availability_zones.available.names), 0, 2)
  account = data.aws_caller_identity.current.account_id
}

module "network" {
  source = "./modules/network"

  name       = var.name
  cidr_block = var.cidr_block
  zones      = local.zones
}

module "content" {
  source = "./modules/bucket"

  name          = "${var.name}-${local.account}-content"
  readers       = [aws_iam_role.web.arn]
  keep_versions = var.keep_versions
  force_destroy = true
}

# What the servers share: who may reach them.

resource "aws_security_group" "web" {
  name        = "${var.name}-web"
  description = "What may reach the web servers"
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

# One server a zone, in the private subnets.

resource "aws_instance" "web" {
  for_each = module.network.private_subnet_ids

  ami                    = data.aws_ami.linux.id
  instance_type          = var.instance_type
  subnet_id              = each.value
  vpc_security_group_ids = [aws_security_group.web.id]
  iam_instance_profile   = aws_iam_instance_profile.web.name

  user_data = <<-END
    #!/bin/sh
    aws s3 cp s3://${module.content.id}/site.json /srv/site.json
  END

  metadata_options {
    http_tokens = "required"
  }

  root_block_device {
    volume_size = 20
    volume_type = "gp3"
    encrypted   = true
  }

  tags = {
    Name = "${var.name}-web-${each.key}"
    Role = "web"
  }

  lifecycle {
    # A newer image is no reason to replace a running server.
    ignore_changes = [ami]
  }
}

resource "aws_ebs_volume" "data" {
  for_each = aws_instance.web

  availability_zone = each.value.availability_zone
  size              = 10
  type              = "gp3"
  encrypted         = true

  tags = {
    Name = "${var.name}-data-${each.key}"
  }
}

resource "aws_volume_attachment" "data" {
  for_each = aws_instance.web

  device_name = "/dev/sdf"
  instance_id = each.value.id
  volume_id   = aws_ebs_volume.data[each.key].id
}

# What they keep and serve.

resource "aws_dynamodb_table" "sessions" {
  name         = "${var.name}-sessions"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  ttl {
    attribute_name = "expires"
    enabled        = true
  }

  server_side_encryption {
    enabled = true
  }
}

resource "aws_s3_object" "site" {
  bucket       = module.content.id
  key          = "site.json"
  content_type = "application/json"

  content = jsonencode({
    ports   = var.open_ports
    subnets = module.network.cidr_blocks
    table   = aws_dynamodb_table.sessions.name
  })
}
