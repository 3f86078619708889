terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }

  # The rest (bucket, region) comes from -backend-config, so that these files name no account.
  backend "s3" {
    key          = "examples/aws/terraform.tfstate"
    use_lockfile = true
  }
}
