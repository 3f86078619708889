stack "network" {
  path = "live/network"
}

stack "app" {
  path = "live/app"

  inputs = {
    network = stack.network.id
  }
}

stack "names" {
  path = "live/names"
}

pulls {
  approvals = 1
}

drift {
  correct {
    actions     = ["update"]
    types       = ["aws_s3_*"]
    max_changes = 3
  }
}
