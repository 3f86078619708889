output "vpc_id" {
  description = "The network's identifier."
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "Each availability zone's public subnet."
  value       = { for zone, subnet in aws_subnet.public : zone => subnet.id }

  # Nothing is of use in a subnet that has no way out yet.
  depends_on = [aws_route.internet, aws_route_table_association.public]
}

output "private_subnet_ids" {
  description = "Each availability zone's private subnet."
  value       = { for zone, subnet in aws_subnet.private : zone => subnet.id }
  depends_on  = [aws_route_table_association.private]
}

output "cidr_blocks" {
  description = "The address ranges of all subnets, by their names."
  value = merge(
    { for zone, subnet in aws_subnet.public : "public-${zone}" => subnet.cidr_block },
    { for zone, subnet in aws_subnet.private : "private-${zone}" => subnet.cidr_block },
  )
}

output "addresses" {
  description = "The addresses under which the private subnets reach the world."
  value       = sort([for address in aws_eip.nat : address.public_ip])
}
