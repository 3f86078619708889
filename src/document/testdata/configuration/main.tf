provider "terraform" {}

provider "terraform" {
  alias = "x"
}

variable "o" {
  default     = { a = [{ b = 1 }] }
  description = "An object"
}

variable "s" {
  default   = "k"
  sensitive = true
}

variable "n" {
  default = 12345678901234567890123
}

variable "required" {}

locals {
  l = [1, 2]
}

resource "terraform_data" "a" {
  count = length(["a", "b"])
  input = var.o.a[0].b
}

resource "terraform_data" "r" {
  for_each = { k = 1 }
  provider = terraform.x
  input    = terraform_data.a[each.value].id
}

resource "terraform_data" "constants" {
  count            = 1
  input            = { a = [1 + 2, "x${1}", true ? 1 : 2, !true, [for x in ["a"] : x]], b = null, n = 0.1 }
  triggers_replace = upper("a")
}

resource "terraform_data" "references" {
  input = [
    for k, v in var.o.a : "${k}-${v.b}-${local.l[0]}%{if v.b == var.n}${path.module}%{else}${local.l.0}%{endif}"
    if k != local.l[1]
  ]
  triggers_replace = {
    "${path.root}/${path.cwd}" = element(terraform_data.a, 0).id
    b                          = module.m["k"].out.x.y
    c                          = module.m
    d                          = one(terraform_data.constants[*])
    t                          = terraform_data.r["k"].output.k[0].z
    (var.o["a"][0]["b"])       = -var.n + terraform_data.a[0].id
    e                          = try(data.terraform_remote_state.d.outputs["x"], terraform_data.a.*.output.k)
  }
  depends_on = [module.m, terraform_data.a]

  connection {
    host = self.id
  }

  provisioner "local-exec" {
    command = "x-${self.output.z}"
    when    = create
  }

  provisioner "file" {
    content     = "x"
    destination = var.s
  }
}

data "terraform_remote_state" "d" {
  backend = "local"
  config  = { path = "x" }
}

module "m" {
  source     = "./child"
  for_each   = { k = 1 }
  i          = { a = 1 }
  j          = each.value
  depends_on = [terraform_data.a]
}

output "plain" {
  value = module.m["k"].out.x[0].y
}

output "full" {
  value       = terraform.workspace
  description = "All of it"
  sensitive   = true
  depends_on  = [terraform_data.a]
}
