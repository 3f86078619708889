terraform {
  backend "s3" {
    bucket         = "story-state"
    key            = "app/terraform.tfstate"
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

variable "network" {
  description = "Which network the application is in."
  type        = string
}

module "label" {
  source = "../../modules/label"
  part   = "app"
}

resource "aws_s3_bucket" "site" {
  bucket = "story-site"
  tags   = module.label.tags
}

resource "aws_s3_object" "site" {
  bucket  = aws_s3_bucket.site.id
  key     = "site.json"
  content = jsonencode({ network = var.network })
}
