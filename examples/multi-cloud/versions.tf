terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
    azurerm = {
      source = "hashicorp/azurerm"
    }
    google = {
      source = "hashicorp/google"
    }
  }

  # The rest (bucket, region) comes from -backend-config, so that these files name no account.
  backend "s3" {
    key          = "examples/multi-cloud/terraform.tfstate"
    use_lockfile = true
  }
}
