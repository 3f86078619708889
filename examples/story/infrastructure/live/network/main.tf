terraform {
  backend "s3" {
    bucket         = "story-state"
    key            = "network/terraform.tfstate"
    region         = "eu-central-1"
    use_lockfile   = true
    use_path_style = true
  }

  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region                      = "eu-central-1"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}

module "label" {
  source = "../../modules/label"
  part   = "network"
}

resource "aws_vpc" "this" {
  cidr_block = "10.30.0.0/16"
  tags       = module.label.tags
}

output "id" {
  description = "The network."
  value       = aws_vpc.this.id
}
