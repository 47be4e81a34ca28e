import Glibc

/// A capability of Linux (capabilities(7)) that Martlet may need.
package enum Capability: Int, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// Ports below 1024.
    case netBindService = 10
    /// TCP-MD5, binding to devices by force, multicast memberships on interfaces.
    case netAdmin = 12
    /// Packet sockets: ARP and NDP.
    case netRaw = 13
    /// Real-time priority.
    case sysNice = 23

    package var description: String {
        switch self {
        case .netBindService: "CAP_NET_BIND_SERVICE"
        case .netAdmin: "CAP_NET_ADMIN"
        case .netRaw: "CAP_NET_RAW"
        case .sysNice: "CAP_SYS_NICE"
        }
    }

    /// Whether this process has the capability in its effective set, as `/proc/self/status` says.
    package var isEffective: Bool {
        guard let status = try? FileDescriptor(path: "/proc/self/status", flags: O_RDONLY),
            let bytes = try? status.readAll(from: "/proc/self/status", limit: 1 << 20)
        else { return false }
        return Capability.effective(inStatus: String(decoding: bytes, as: UTF8.self)).contains(self)
    }

    /// The capabilities in the line `CapEff:` of a process's status.
    static func effective(inStatus status: String) -> Set<Capability> {
        for line in status.split(separator: "\n") where line.hasPrefix("CapEff:") {
            let digits = line.dropFirst(7).filter { !$0.isWhitespace }
            guard let mask = UInt64(digits, radix: 16) else { return [] }
            return Set(allCases.filter { mask >> UInt64($0.rawValue) & 1 == 1 })
        }
        return []
    }
}
