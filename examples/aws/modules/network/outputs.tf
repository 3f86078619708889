output "vpc_id" {
  description = "The network's identifier."
  value       = aws_vpc.this.id
}

output "subnet_ids" {
  description = "Each availability zone's subnet."
  value       = { for zone, subnet in aws_subnet.public : zone => subnet.id }
}

output "subnet_cidr_blocks" {
  description = "Each availability zone's address range."
  value       = { for zone, subnet in aws_subnet.public : zone => subnet.cidr_block }

  # Nothing is of use in a subnet that has no way out yet.
  depends_on = [aws_route.internet, aws_route_table_association.public]
}
