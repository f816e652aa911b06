//! The system calls that nothing in a sandbox has a use for. They fail as if they were not
//! permitted, which they mostly are not anyhow: this is a second wall, and it makes the
//! kernel's surface smaller.

use std::collections::BTreeMap;

use libc::{
    AF_INET, AF_INET6, AF_NETLINK, AF_UNIX, CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS,
    CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS, SOCK_RAW, TIOCLINUX, TIOCSTI,
};
use seccompiler::{
    BpfProgram, Error, SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter, sock_filter,
};

use super::group::Counting;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// The old name of a raw socket.
const PACKET: i32 = 10;
/// The kinds of sockets, without the flags that stand in the same number.
const SOCKET_KIND: u64 = 0xf;

/// Refused whatever their arguments are.
const REFUSED: &[i64] = &[
    // Mounts and roots.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_open_by_handle_at,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_fanotify_init,
    // Namespaces.
    libc::SYS_unshare,
    libc::SYS_setns,
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_pidfd_getfd,
    // Keys, which belong to no namespace.
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    // Programs for the kernel, and what has often been a way into it.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_lookup_dcookie,
    libc::SYS_vhangup,
    libc::SYS_syslog,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    // Memory of several processes without a mapping, which nothing would count.
    libc::SYS_memfd_secret,
    libc::SYS_mbind,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    libc::SYS_set_mempolicy,
    // Clocks and names of the machine.
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_nfsservctl,
];

#[cfg(target_arch = "x86_64")]
const REFUSED_HERE: &[i64] = &[
    libc::SYS_kexec_file_load,
    libc::SYS_iopl,
    libc::SYS_ioperm,
    libc::SYS_modify_ldt,
    libc::SYS_uselib,
    libc::SYS_ustat,
    libc::SYS_sysfs,
    libc::SYS__sysctl,
];
#[cfg(not(target_arch = "x86_64"))]
const REFUSED_HERE: &[i64] = &[];

/// Answered as if the kernel had never heard of them, so that the C library takes the
/// older way, whose arguments a filter can see.
const UNKNOWN: &[i64] = &[libc::SYS_clone3];
/// The same where nothing counts the memory of the tree but a look at its mappings.
const UNKNOWN_UNCOUNTED: &[i64] = &[libc::SYS_memfd_create, libc::SYS_shmget];

/// Sets the filters, which also hold for everything that is started from here.
pub(super) fn refuse(counting: Counting) -> Result<(), Error> {
    let unknown = UNKNOWN.iter().chain(UNKNOWN_UNCOUNTED.iter().filter(|_| counting == Counting::Look));
    let unknown: Rules = unknown.map(|call| (*call, Vec::new())).collect();
    apply_filter(&program(unknown, libc::ENOSYS)?)?;
    apply_filter(&program(refused()?, libc::EPERM)?)
}

fn refused() -> Result<Rules, Error> {
    let always = REFUSED.iter().chain(REFUSED_HERE);
    let mut rules: Rules = always.map(|call| (*call, Vec::new())).collect();
    rules.insert(libc::SYS_clone, new_namespaces()?);
    rules.insert(libc::SYS_socket, foreign_sockets()?);
    rules.insert(libc::SYS_socketpair, vec![rule(&[(0, SeccompCmpOp::Ne, AF_UNIX as u64)])?]);
    rules.insert(libc::SYS_ioctl, any_of(1, &[TIOCSTI as u32, TIOCLINUX as u32])?);
    // The same personality as ever may be asked for, and asked about.
    let other = [(0, SeccompCmpOp::Ne, 0), (0, SeccompCmpOp::Ne, 0xffff_ffff)];
    rules.insert(libc::SYS_personality, vec![rule(&other)?]);
    // The limits of another process, such as the one that ends all this.
    rules.insert(libc::SYS_prlimit64, vec![rule(&[(0, SeccompCmpOp::Ne, 0)])?]);
    Ok(rules)
}

fn new_namespaces() -> Result<Vec<SeccompRule>, Error> {
    let flags =
        [CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP];
    let has = |flag: i32| rule(&[(0, SeccompCmpOp::MaskedEq(flag as u64), flag as u64)]);
    flags.into_iter().map(has).collect()
}

/// All but the sockets of the machine itself, of the internet protocols as programs use
/// them, and of the routing tables that the C library looks at.
fn foreign_sockets() -> Result<Vec<SeccompRule>, Error> {
    let families = [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK];
    let other: Vec<_> = families.iter().map(|family| (0, SeccompCmpOp::Ne, *family as u64)).collect();
    let not_netlink = (0, SeccompCmpOp::Ne, AF_NETLINK as u64);
    let kind = |kind: i32| (1, SeccompCmpOp::MaskedEq(SOCKET_KIND), kind as u64);
    Ok(vec![
        rule(&other)?,
        rule(&[(0, SeccompCmpOp::Eq, AF_NETLINK as u64), (2, SeccompCmpOp::Ne, 0)])?,
        rule(&[not_netlink.clone(), kind(SOCK_RAW)])?,
        rule(&[not_netlink, kind(PACKET)])?,
    ])
}

fn any_of(argument: u8, values: &[u32]) -> Result<Vec<SeccompRule>, Error> {
    values.iter().map(|value| rule(&[(argument, SeccompCmpOp::Eq, u64::from(*value))])).collect()
}

fn rule(conditions: &[(u8, SeccompCmpOp, u64)]) -> Result<SeccompRule, Error> {
    let conditions = conditions.iter().cloned();
    let conditions =
        conditions.map(|(argument, is, value)| SeccompCondition::new(argument, Dword, is, value));
    Ok(SeccompRule::new(conditions.collect::<Result<_, _>>()?)?)
}

fn program(rules: Rules, error: i32) -> Result<BpfProgram, Error> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    let refuse = SeccompAction::Errno(error.cast_unsigned());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch)?;
    let mut program = without_unknown();
    program.extend(BpfProgram::try_from(filter)?);
    Ok(program)
}

/// Calls that are newer than this list answer as if the kernel did not have them, and so
/// does the second set of numbers that x86-64 has for the same calls: a filter by numbers
/// does not see what those are.
fn without_unknown() -> BpfProgram {
    const NEWER: u32 = 463;
    const LOAD_NUMBER: u16 = 0x20;
    const AT_LEAST: u16 = 0x35;
    const RETURN: u16 = 0x06;
    let answer = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.cast_unsigned();
    vec![
        sock_filter { code: LOAD_NUMBER, jt: 0, jf: 0, k: 0 },
        sock_filter { code: AT_LEAST, jt: 0, jf: 1, k: NEWER },
        sock_filter { code: RETURN, jt: 0, jf: 0, k: answer },
    ]
}
