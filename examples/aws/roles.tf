# What the servers may do: read the content, keep the sessions, and be managed without SSH.

data "aws_iam_policy_document" "servers" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "content_and_sessions" {
  statement {
    sid       = "ReadContent"
    actions   = ["s3:GetObject"]
    resources = ["${module.content.arn}/*"]
  }

  statement {
    sid       = "KeepSessions"
    actions   = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [aws_dynamodb_table.sessions.arn]
  }
}

resource "aws_iam_role" "web" {
  name               = "${var.name}-web"
  description        = "The web servers of ${var.name}"
  assume_role_policy = data.aws_iam_policy_document.servers.json
}

resource "aws_iam_policy" "content_and_sessions" {
  name   = "${var.name}-content-and-sessions"
  policy = data.aws_iam_policy_document.content_and_sessions.json
}

resource "aws_iam_role_policy_attachment" "content_and_sessions" {
  role       = aws_iam_role.web.name
  policy_arn = aws_iam_policy.content_and_sessions.arn
}

resource "aws_iam_role_policy" "managed" {
  name = "session-manager"
  role = aws_iam_role.web.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["ssm:UpdateInstanceInformation", "ssmmessages:*"]
      Resource = "*"
    }]
  })
}

resource "aws_iam_instance_profile" "web" {
  name = "${var.name}-web"
  role = aws_iam_role.web.name
}
