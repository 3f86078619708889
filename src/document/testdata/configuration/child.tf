variable "i" {}

variable "j" {
  type    = number
  default = null
}

resource "terraform_data" "x" {
  input = var.i.a
}

output "out" {
  value = terraform_data.x
}
