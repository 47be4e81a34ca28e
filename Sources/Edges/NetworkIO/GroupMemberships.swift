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
    /// How many memberships each socket has.
    private var counts: [CInt: Int] = [:]
    private var socketOfMembership: [Key: CInt] = [:]

    package init() {}

    deinit { for socket in sockets { close(socket) } }

    package var count: Int { socketOfMembership.count }

    /// Joins a group, once however often it is asked.
    package mutating func join(_ group: IPv6Address, on interface: CInt) throws(SystemError) {
        let key = Key(group: group, interface: interface)
        guard socketOfMembership[key] == nil else { return }
        var problem = ENOBUFS
        // The last one has room, as a rule; where it has not, one of the others may have again.
        for socket in sockets.reversed() where problem == ENOBUFS || problem == ENOMEM {
            problem = join(key, by: socket)
        }
        if problem == ENOBUFS || problem == ENOMEM {
            let new = socket(AF_INET6, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            guard new >= 0 else { throw SystemError("cannot join \(group)", code: errno) }
            sockets.append(new)
            problem = join(key, by: new)
            if problem != 0 { closeIfUnused(new) }
        }
        guard problem == 0 else { throw SystemError("cannot join \(group)", code: problem) }
    }

    /// 0, or an errno.
    private mutating func join(_ key: Key, by socket: CInt) -> CInt {
        let problem = GroupMemberships.change(IPV6_JOIN_GROUP, key, of: socket)
        guard problem == 0 else { return problem }
        socketOfMembership[key] = socket
        counts[socket, default: 0] += 1
        return 0
    }

    private mutating func closeIfUnused(_ socket: CInt) {
        guard counts[socket] ?? 0 == 0 else { return }
        counts[socket] = nil
        sockets.removeAll { $0 == socket }
        close(socket)
    }

    /// Leaves a group; also one on an interface that is gone.
    package mutating func leave(_ group: IPv6Address, on interface: CInt) {
        let key = Key(group: group, interface: interface)
        guard let socket = socketOfMembership.removeValue(forKey: key) else { return }
        // An interface that is gone took the membership with it.
        _ = GroupMemberships.change(IPV6_LEAVE_GROUP, key, of: socket)
        counts[socket, default: 1] -= 1
        closeIfUnused(socket)
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
