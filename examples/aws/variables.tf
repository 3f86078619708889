variable "name" {
  description = "What the environment is called; part of every name."
  type        = string
  default     = "harbour"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = "A name is 2 to 21 lower-case letters, digits and hyphens, and starts with a letter."
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

variable "region" {
  description = "The AWS region."
  type        = string
  default     = "eu-central-1"
}

variable "cidr_block" {
  description = "The address range of the network."
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrsubnet(var.cidr_block, 8, 1))
    error_message = "The address range is a CIDR block with room for subnets eight bits longer."
  }
}

variable "instance_type" {
  description = "The size of the web servers."
  type        = string
  default     = "t3.micro"
}

variable "image_name" {
  description = "A pattern for the name of the machine image; the newest match is used."
  type        = string
  default     = "al2023-ami-2023.*-x86_64"
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

variable "keep_versions" {
  description = "Whether the bucket keeps old versions of its objects."
  type        = bool
  default     = true
}

variable "endpoint" {
  description = "The address of an AWS emulator; AWS itself where there is none."
  type        = string
  default     = null
}
