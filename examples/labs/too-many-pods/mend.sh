#!/bin/sh
# The mending: another node. (On EKS you would raise the node group's size, which launches the instance for you.)
set -eu

subnet=$(aws ec2 describe-subnets --filters Name=tag:Name,Values=private-a --query 'Subnets[0].SubnetId' --output text)
image=$(aws ec2 describe-instances --filters Name=instance-state-name,Values=running \
  --query 'Reservations[0].Instances[0].ImageId' --output text)
aws ec2 run-instances --image-id "$image" --instance-type t3.medium --count 1 --subnet-id "$subnet" \
  --tag-specifications 'ResourceType=instance,Tags=[{Key=Name,Value=another}]' \
  --query 'Instances[0].InstanceId' --output text

kubectl rollout status deployment web --timeout=180s
kubectl get nodes
kubectl get pods -o wide
