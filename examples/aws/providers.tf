provider "aws" {
  region = var.region

  # An emulator stands in for AWS where an endpoint is given; all of this is the default otherwise.
  s3_use_path_style           = var.endpoint != null
  skip_credentials_validation = var.endpoint != null
  skip_metadata_api_check     = var.endpoint != null

  endpoints {
    dynamodb = var.endpoint
    ec2      = var.endpoint
    iam      = var.endpoint
    s3       = var.endpoint
    sts      = var.endpoint
  }

  default_tags {
    tags = {
      Environment = var.environment
      Project     = var.name
    }
  }
}
