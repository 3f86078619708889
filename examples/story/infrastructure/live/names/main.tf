terraform {
  backend "s3" {
    bucket         = "story-state"
    key            = "names/terraform.tfstate"
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

resource "aws_s3_bucket" "names" {
  bucket = "story-names"
}
