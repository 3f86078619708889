variable "name" {
  description = "What the bucket is called, the world over."
  type        = string
}

variable "keep_versions" {
  description = "Whether the bucket keeps old versions of its objects."
  type        = bool
  default     = true
}

variable "force_destroy" {
  description = "Whether the bucket may be destroyed with objects in it."
  type        = bool
  default     = false
}

variable "readers" {
  description = "The ARNs of the roles that may read the bucket's objects."
  type        = list(string)
}
