output "vpc_id" {
  description = "The network."
  value       = module.network.vpc_id
}

output "subnets" {
  description = "Each availability zone's address range."
  value       = module.network.subnet_cidr_blocks
}

output "server" {
  description = "The web server's private address."
  value       = aws_instance.web.private_ip
}

output "site" {
  description = "Where the site's description is kept."
  value       = "s3://${aws_s3_object.site.bucket}/${aws_s3_object.site.key}"
}
