#!/bin/sh
# The mending: a part of the subnet is reserved for prefixes, so that EC2 puts no single address there any more, and what sits
# there is moved away. The agent takes the blocks as soon as they are whole.
set -eu

subnet=$(aws ec2 describe-subnets --filters Name=tag:Name,Values=private-a --query 'Subnets[0].SubnetId' --output text)
aws ec2 create-subnet-cidr-reservation --subnet-id "$subnet" --reservation-type prefix --cidr 10.0.1.128/25 \
  --description 'prefixes of pods' --query SubnetCidrReservation.Cidr --output text

for eni in $(aws ec2 describe-network-interfaces \
  --filters "Name=subnet-id,Values=$subnet" 'Name=description,Values=ELB net/checkout' \
  --query 'NetworkInterfaces[].[PrivateIpAddress,NetworkInterfaceId]' --output text |
  awk '{ split($1, part, "."); if (part[4] >= 128) print $2 }'); do
  aws ec2 delete-network-interface --network-interface-id "$eni"
done

kubectl rollout status deployment web --timeout=300s
aws ec2 describe-network-interfaces --filters "Name=subnet-id,Values=$subnet" Name=status,Values=in-use \
  --query 'NetworkInterfaces[*].{ENI:NetworkInterfaceId,Prefixes:Ipv4Prefixes|length(@)}' --output table
