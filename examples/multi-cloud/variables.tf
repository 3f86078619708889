variable "name" {
  description = "What the environment is called; part of every name."
  type        = string
  default     = "harbour"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.name))
    error_message = "A name is 2 to 12 lower-case letters and digits, and starts with a letter: storage accounts allow no more."
  }
}

variable "environment" {
  description = "Which stage this is."
  type        = string
  default     = "staging"

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "The environment is either staging or production."
  }
}

variable "owner" {
  description = "The team that is asked when something is wrong."
  type        = string
  default     = "platform"
}

variable "cidr_block" {
  description = "The address range that the three networks share."
  type        = string
  default     = "10.64.0.0/14"

  validation {
    condition     = can(cidrsubnet(var.cidr_block, 2, 2)) && tonumber(split("/", var.cidr_block)[1]) <= 20
    error_message = "The address range is a CIDR block of /20 or wider."
  }
}

variable "open_ports" {
  description = "Ports that are open to the world, by what they are for."
  type        = map(number)
  default = {
    http  = 80
    https = 443
  }

  validation {
    condition     = alltrue([for port in values(var.open_ports) : port > 0 && port < 65536])
    error_message = "A port is a number from 1 to 65535."
  }
}

variable "public_key" {
  description = "The OpenSSH public key (RSA: Azure takes no other everywhere) of those who may log in to the machines."
  type        = string
}

variable "suffix" {
  description = "Makes the names of buckets and storage accounts different from everybody else's in the world."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{4,8}$", var.suffix))
    error_message = "The suffix is 4 to 8 lower-case letters and digits."
  }
}

variable "aws_region" {
  description = "The region on AWS."
  type        = string
  default     = "eu-central-1"
}

variable "azure_location" {
  description = "The region on Azure."
  type        = string
  default     = "westeurope"
}

variable "google_region" {
  description = "The region on Google Cloud."
  type        = string
  default     = "europe-west1"
}

variable "google_project" {
  description = "The project on Google Cloud."
  type        = string
}

variable "aws_endpoint" {
  description = "The address of a stand-in for AWS; AWS itself where there is none."
  type        = string
  default     = null
}

variable "aws_image_name" {
  description = "A pattern for the name of AWS's machine image; the newest match is used."
  type        = string
  default     = "al2023-ami-2023.*-x86_64"
}
