output "network_id" {
  description = "The network."
  value       = aws_vpc.this.id
}

output "address" {
  description = "The machine's private address."
  value       = aws_instance.web.private_ip
}

output "bucket" {
  description = "Where the objects are."
  value       = "s3://${aws_s3_bucket.content.id}"
}

output "identity" {
  description = "As whom the machine acts."
  value       = aws_iam_role.web.arn
}
