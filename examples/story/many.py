"""Writes a repository of many stacks, and measures a command.

Usage: many.py write FOLDER COUNT | measure FILE SECONDS MEGABYTES COMMAND...

`measure` writes what the command says to the file, and fails where the command does or where it takes more: a `-` is no
limit. The memory is the largest resident set that the kernel tells of when the process ends (wait4).
"""

import os
import pathlib
import sys
import time

MODULE = """\
variable "name" {
  type = string
}

variable "tone" {
  type = string
}

resource "terraform_data" "settings" {
  input = { name = var.name, tone = var.tone }
}

resource "terraform_data" "replica" {
  count = 24
  input = "${terraform_data.settings.output.name}-${count.index}"
}

output "replicas" {
  value = terraform_data.replica[*].output
}
"""

# Two calls of 25 resources each.
STACK = """\
variable "upstream" {
  type    = string
  default = "none"
}

module "blue" {
  source = "../../modules/service"
  name   = "NAME-blue"
  tone   = "quiet"
}

module "green" {
  source = "../../modules/service"
  name   = "NAME-green"
  tone   = var.upstream
}

output "first" {
  value = module.blue.replicas[0]
}
"""


def write(folder, count):
    service = folder / "modules/service"
    service.mkdir(parents=True)
    (service / "main.tf").write_text(MODULE)
    (folder / ".gitignore").write_text(".terraform/\n*.tfstate*\n")
    blocks = []
    for at in range(count):
        directory = folder / f"live/s{at:03}"
        directory.mkdir(parents=True)
        (directory / "main.tf").write_text(STACK.replace("NAME", f"s{at:03}"))
        takes = f"\n  inputs = {{\n    upstream = stack.s{at - 1:03}.first\n  }}\n" if at % 10 else ""
        blocks.append(f'stack "s{at:03}" {{\n  path = "live/s{at:03}"\n{takes}}}\n')
    (folder / "trueup.hcl").write_text("\n".join(blocks))


def measure(file, seconds_max, megabytes_max, command):
    start = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os.dup2(1, 2)
        os.execv(command[0], command)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.monotonic() - start
    # Linux counts in KiB, macOS in bytes.
    megabytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    said = pathlib.Path(file).read_text().rstrip().split("\n")
    print("    ...")
    print("\n".join(f"    {line}" for line in said[-4:]))
    print(f"  {seconds:.2f} s, {usage.ru_utime + usage.ru_stime:.2f} s of CPU, {megabytes:.0f} MB")
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        sys.exit(f"it exited with {code}")
    for name, is_so, most in [("seconds", seconds, seconds_max), ("MB", megabytes, megabytes_max)]:
        if most != "-" and is_so > float(most):
            sys.exit(f"it took more than {most} {name}")


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(pathlib.Path(sys.argv[2]), int(sys.argv[3]))
    else:
        measure(*sys.argv[2:5], sys.argv[5:])
