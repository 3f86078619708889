output "id" {
  description = "The bucket's name, once it is safe to put something in."
  value       = aws_s3_bucket.this.id

  depends_on = [
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
  ]
}

output "arn" {
  description = "The bucket's Amazon Resource Name."
  value       = aws_s3_bucket.this.arn
}
