import Addresses
import CLinux
import Glibc
import SystemIO

/// Memberships in IPv6 multicast groups on interfaces, for sockets that receive nothing.
///
/// They are real ones: the kernel reports them by MLD (RFC 3810), so that switches which snoop it forward the group, and
/// opens the interface's own filter. A packet socket's membership would do only the second.
///
/// A socket can hold only so many (`net.core.optmem_max`); when one is full, the next is opened. Everything is left when
/// this goes away.
package struct GroupMemberships: ~Copyable {
    private struct Key: Hashable {
        let group: IPv6Address
        let interface: CInt
    }

    private var sockets: [CInt] = []
    private var socketOfMembership: [Key: CInt] = [:]

    package init() {}

    deinit { for socket in sockets { close(socket) } }

    package var count: Int { socketOfMembership.count }

    /// Joins a group, once however often it is asked.
    package mutating func join(_ group: IPv6Address, on interface: CInt) throws(SystemError) {
        let key = Key(group: group, interface: interface)
        guard socketOfMembership[key] == nil else { return }
        var problem = ENOBUFS
        if let socket = sockets.last {
            problem = GroupMemberships.change(IPV6_JOIN_GROUP, key, of: socket)
            if problem == 0 { socketOfMembership[key] = socket }
        }
        if problem == ENOBUFS || problem == ENOMEM {
            let new = socket(AF_INET6, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            guard new >= 0 else { throw SystemError("cannot join \(group)", code: errno) }
            sockets.append(new)
            problem = GroupMemberships.change(IPV6_JOIN_GROUP, key, of: new)
            if problem == 0 { socketOfMembership[key] = new }
        }
        guard problem == 0 else { throw SystemError("cannot join \(group)", code: problem) }
    }

    /// Leaves a group; also one on an interface that is gone.
    package mutating func leave(_ group: IPv6Address, on interface: CInt) {
        let key = Key(group: group, interface: interface)
        guard let socket = socketOfMembership.removeValue(forKey: key) else { return }
        // An interface that is gone took the membership with it.
        _ = GroupMemberships.change(IPV6_LEAVE_GROUP, key, of: socket)
    }

    /// 0, or an errno.
    private static func change(_ option: CInt, _ key: Key, of socket: CInt) -> CInt {
        var request = ipv6_mreq()
        request.ipv6mr_interface = UInt32(bitPattern: key.interface)
        unsafe withUnsafeMutableBytes(of: &request.ipv6mr_multiaddr) { unsafe $0.copyBytes(from: key.group.octets) }
        let size = socklen_t(MemoryLayout<ipv6_mreq>.size)
        return unsafe setsockopt(socket, CInt(IPPROTO_IPV6), option, &request, size) == 0 ? 0 : errno
    }
}
