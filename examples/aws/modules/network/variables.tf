variable "name" {
  description = "What the network is called."
  type        = string
}

variable "cidr_block" {
  description = "The address range of the network."
  type        = string
}

variable "zones" {
  description = "The availability zones that get a subnet each."
  type        = list(string)

  validation {
    condition     = length(var.zones) > 0
    error_message = "At least one availability zone is needed."
  }
}
