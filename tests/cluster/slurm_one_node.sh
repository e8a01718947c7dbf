#!/usr/bin/env bash
# A Slurm of one node on this computer, for tests. Needs root, and Debian's packages slurm-wlm and munge.
#   slurm_one_node.sh up DIR     starts it; prints the value of SLURM_CONF that clients need
#   slurm_one_node.sh down DIR   stops what `up` started
# No systemd, no cgroups, no accounting: processes are followed by their parents (proctrack/linuxproc).
set -euo pipefail

up() {
  local dir host cpus memory
  dir=$(mkdir -p "$1" && cd "$1" && pwd)
  host=$(hostname -s)
  cpus=$(nproc)
  memory=$(($(awk '/MemTotal/{print int($2/1024)}' /proc/meminfo) * 9 / 10))
  mkdir -p "$dir/state" "$dir/spool" /run/munge
  chown munge:munge /run/munge
  chmod 755 /run/munge
  if ! timeout 20 munge -n >/dev/null 2>&1; then
    su -s /bin/sh munge -c /usr/sbin/munged
    touch "$dir/munged-is-ours"
  fi
  cat >"$dir/slurm.conf" <<EOF
ClusterName=onenode
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${SLURMCTLD_PORT:-16817}
SlurmdPort=${SLURMD_PORT:-16818}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SchedulerType=sched/backfill
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MinJobAge=300
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=$memory State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
EOF
  export SLURM_CONF="$dir/slurm.conf"
  slurmctld -i >/dev/null 2>&1
  slurmd >/dev/null 2>&1
  for _ in $(seq 60); do
    [ "$(timeout 20 sinfo --noheader --format=%T 2>/dev/null)" = idle ] && break
    sleep 0.5
  done
  timeout 30 srun --ntasks=1 true
  echo "$SLURM_CONF"
}

down() {
  local name
  for name in slurmd slurmctld; do
    if [ -s "$1/$name.pid" ]; then kill "$(cat "$1/$name.pid")" || true; fi
  done
  if [ -e "$1/munged-is-ours" ]; then kill "$(cat /run/munge/munged.pid)" || true; fi
}

case "${1:-}" in
  up) up "$2" ;;
  down) down "$2" ;;
  *) sed -n 2,4p "$0" >&2; exit 2 ;;
esac
