variable "name" {
  description = "What the environment is called."
  type        = string
}

variable "suffix" {
  description = "Makes names different from everybody else's in the world."
  type        = string
}

variable "location" {
  description = "The region."
  type        = string
}

variable "cidr_block" {
  description = "The address range of the network."
  type        = string
}

variable "open_ports" {
  description = "Ports that are open to the world, by what they are for."
  type        = map(number)
}

variable "public_key" {
  description = "The OpenSSH public key of those who may log in."
  type        = string
}

variable "user_data" {
  description = "What the machine does first."
  type        = string
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
}
