provider "aws" {
  region = var.aws_region

  # A stand-in for AWS where an endpoint is given; all of this is the default otherwise.
  s3_use_path_style           = var.aws_endpoint != null
  skip_credentials_validation = var.aws_endpoint != null
  skip_metadata_api_check     = var.aws_endpoint != null

  endpoints {
    ec2 = var.aws_endpoint
    iam = var.aws_endpoint
    s3  = var.aws_endpoint
    sts = var.aws_endpoint
  }

  default_tags {
    tags = local.tags
  }
}

# The subscription and the credentials come from the environment (ARM_...), or from the Azure command line.
provider "azurerm" {
  features {}
}

# The credentials come from the environment, or from the gcloud command line.
provider "google" {
  project        = var.google_project
  region         = var.google_region
  default_labels = local.tags
}
