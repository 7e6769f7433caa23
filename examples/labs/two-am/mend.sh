#!/bin/sh
# The mending: two addresses warm on each node instead of a whole ENI. The agents give back what they hold beyond that, and the
# pods that wait get it. Running pods keep their addresses and connections.
set -eu

kubectl set env daemonset aws-node WARM_IP_TARGET=2 MINIMUM_IP_TARGET=10 -n kube-system
kubectl rollout status daemonset aws-node -n kube-system --timeout=300s

kubectl rollout status deployment web --timeout=300s

echo "Each ENI and its addresses now:"
for instance in $(aws ec2 describe-instances --filters Name=instance-state-name,Values=running \
  --query 'Reservations[].Instances[].InstanceId' --output text); do
  aws ec2 describe-network-interfaces --filters "Name=attachment.instance-id,Values=$instance" \
    --query 'NetworkInterfaces[*].{ENI:NetworkInterfaceId,IPs:PrivateIpAddresses|length(@)}' --output text
done

echo "The subnet:"
aws ec2 describe-subnets --filters Name=tag:Name,Values=private-a \
  --query 'Subnets[*].{Subnet:SubnetId,Available:AvailableIpAddressCount,CIDR:CidrBlock}' --output table
