import Addresses
import CLibnl
import CLinux
import Glibc
import Interfaces

/// Two netlink sockets: one receives notices of changed links and addresses, the other reads their current state.
///
/// What changed is not read from the notices: they are lost when many come at once, and libnl's own cache then stays
/// wrong. A notice, or the loss of one, is a reason to read everything afresh.
@safe final class NetlinkLinks: @unchecked Sendable {
    // Unchecked: used by one thread at a time; by the maker first, then by the monitor's thread alone.
    private let notices: OpaquePointer
    private let requests: OpaquePointer
    private let flag: UnsafeMutablePointer<Bool>

    init() throws(NetlinkError) {
        unsafe notices = try NetlinkLinks.connect()
        do throws(NetlinkError) {
            unsafe requests = try NetlinkLinks.connect()
        } catch {
            unsafe nl_socket_free(notices)
            throw error
        }
        unsafe flag = .allocate(capacity: 1)
        unsafe flag.initialize(to: false)
        // From here on, deinit cleans up.
        unsafe nl_socket_disable_seq_check(notices)
        unsafe nl_socket_set_buffer_size(notices, 1 << 20, 0)
        for group in [RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR] {
            let status = unsafe nl_socket_add_membership(notices, CInt(group.rawValue))
            guard status >= 0 else { throw NetlinkError("cannot monitor links and addresses", code: status) }
        }
        unsafe nl_socket_set_nonblocking(notices)
        let status = unsafe nl_socket_modify_cb(
            notices, NL_CB_VALID, NL_CB_CUSTOM,
            { _, flag in
                unsafe flag?.assumingMemoryBound(to: Bool.self).pointee = true
                return CInt(NL_OK.rawValue)
            }, flag)
        guard status >= 0 else { throw NetlinkError("cannot monitor links and addresses", code: status) }
    }

    deinit {
        unsafe nl_socket_free(notices)
        unsafe nl_socket_free(requests)
        unsafe flag.deallocate()
    }

    private static func connect() throws(NetlinkError) -> OpaquePointer {
        guard let socket = unsafe nl_socket_alloc() else {
            throw NetlinkError("cannot create a netlink socket", code: NLE_NOMEM)
        }
        let status = unsafe nl_connect(socket, NETLINK_ROUTE)
        guard status >= 0 else {
            unsafe nl_socket_free(socket)
            throw NetlinkError("cannot create a netlink socket", code: status)
        }
        return unsafe socket
    }

    /// Readable when there are notices.
    var descriptor: CInt { unsafe nl_socket_get_fd(notices) }

    /// Reads all notices, and says whether there is a reason to read the table again.
    func drainNotices() -> Bool {
        unsafe flag.pointee = false
        while true {
            let status = unsafe nl_recvmsgs_default(notices)
            if status == -NLE_AGAIN { return unsafe flag.pointee }
            // Notices were lost (NLE_NOMEM stands for ENOBUFS), or one was not understood.
            if status < 0 {
                unsafe flag.pointee = true
                // What else is wrong is not cured by trying at once again.
                if status != -NLE_NOMEM { return true }
            }
        }
    }

    /// All links and addresses as they are now.
    func readTable() throws(NetlinkError) -> InterfaceTable {
        var addresses: [CInt: [InterfaceAddress]] = [:]
        var links: [Interface] = []
        var cache: OpaquePointer?
        var status = unsafe rtnl_link_alloc_cache(requests, AF_UNSPEC, &cache)
        guard status >= 0 else { throw NetlinkError("cannot read links", code: status) }
        if let cache = unsafe cache {
            var object = unsafe nl_cache_get_first(cache)
            while let link = unsafe object {
                if let interface = unsafe NetlinkLinks.interface(link) { links.append(interface) }
                unsafe object = unsafe nl_cache_get_next(link)
            }
            unsafe nl_cache_free(cache)
        }
        unsafe cache = nil
        status = unsafe rtnl_addr_alloc_cache(requests, &cache)
        guard status >= 0 else { throw NetlinkError("cannot read addresses", code: status) }
        if let cache = unsafe cache {
            var object = unsafe nl_cache_get_first(cache)
            while let entry = unsafe object {
                if let (index, address) = unsafe NetlinkLinks.address(entry) {
                    addresses[index, default: []].append(address)
                }
                unsafe object = unsafe nl_cache_get_next(entry)
            }
            unsafe nl_cache_free(cache)
        }
        for position in links.indices {
            links[position].addresses = (addresses[links[position].index] ?? []).sorted()
        }
        return InterfaceTable(links)
    }

    private static func interface(_ link: OpaquePointer) -> Interface? {
        guard let name = unsafe rtnl_link_get_name(link) else { return nil }
        let flags = unsafe rtnl_link_get_flags(link)
        let master = unsafe rtnl_link_get_master(link)
        let kind: String? = if let text = unsafe rtnl_link_get_type(link) { unsafe String(cString: text) } else { nil }
        // IFF_LOWER_UP, of linux/if.h.
        let carrier: UInt32 = 1 << 16
        func has(_ flag: UInt32) -> Bool { flags & flag != 0 }
        return Interface(
            index: unsafe rtnl_link_get_ifindex(link), name: unsafe String(cString: name),
            hardwareAddress: unsafe octets(rtnl_link_get_addr(link)).flatMap { MACAddress(octets: $0) },
            isEthernet: unsafe rtnl_link_get_arptype(link) == UInt32(ARPHRD_ETHER), kind: kind,
            isUp: has(UInt32(IFF_UP)), hasCarrier: has(carrier),
            isLoopback: has(UInt32(IFF_LOOPBACK)), isWithoutARP: has(UInt32(IFF_NOARP)),
            masterIndex: master > 0 ? CInt(master) : nil)
    }

    private static func address(_ entry: OpaquePointer) -> (CInt, InterfaceAddress)? {
        guard let octets = unsafe octets(rtnl_addr_get_local(entry)) else { return nil }
        let address: IPAddress
        if octets.count == 4 {
            address = .v4(IPv4Address(rawValue: octets.reduce(0) { $0 << 8 | UInt32($1) }))
        } else if let ipv6 = IPv6Address(octets: octets) {
            address = .v6(ipv6)
        } else {
            return nil
        }
        let flags = unsafe rtnl_addr_get_flags(entry)
        // IFA_F_TENTATIVE and IFA_F_DADFAILED, of linux/if_addr.h. An optimistic address may be used (RFC 4429).
        let isUsable = flags & 0x08 == 0 && (flags & 0x40 == 0 || flags & 0x04 != 0)
        return (
            unsafe rtnl_addr_get_ifindex(entry),
            InterfaceAddress(
                address: address, prefixLength: unsafe Int(rtnl_addr_get_prefixlen(entry)), isUsable: isUsable)
        )
    }

    private static func octets(_ address: OpaquePointer?) -> [UInt8]? {
        guard let address = unsafe address, let data = unsafe nl_addr_get_binary_addr(address) else { return nil }
        return unsafe Array(UnsafeRawBufferPointer(start: data, count: Int(nl_addr_get_len(address))))
    }
}
