import SystemIO

/// What the kernel must permit a process that announces.
enum Privileges {
    static func check() throws {
        guard Capability.netRaw.isEffective else {
            throw Diagnostics.failure(
                """
                the capability CAP_NET_RAW is missing, without which ARP and NDP cannot be answered: run as root, or \
                grant it with `setcap cap_net_raw,cap_net_admin+ep` on the program
                """)
        }
    }
}
