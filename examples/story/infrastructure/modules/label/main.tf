# How things are called, and what they are labelled with.

variable "part" {
  description = "What the thing is part of."
  type        = string
}

output "tags" {
  description = "Tags for the thing."
  value = {
    part = var.part
    team = "harbour"
  }
}
