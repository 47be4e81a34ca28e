import CLinux
import Glibc

/// A capability of Linux (capabilities(7)) that Martlet may need.
package enum Capability: Int, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// Ports below 1024.
    case netBindService = 10
    /// Packet sockets: ARP and NDP.
    case netRaw = 13
    /// Real-time priority.
    case sysNice = 23

    package var description: String {
        switch self {
        case .netBindService: "CAP_NET_BIND_SERVICE"
        case .netRaw: "CAP_NET_RAW"
        case .sysNice: "CAP_SYS_NICE"
        }
    }

    /// Makes effective what the file of the program permits. To be called before there is a second thread: capabilities
    /// are a thread's own, and handed down to those that it starts.
    ///
    /// A file could give them as effective at once; but then it could not be run at all where a pod does not allow each.
    package static func raisePermitted() {
        // A denial changes nothing; the code that needs a capability reports that it is missing.
        _ = clinux_raise_permitted_capabilities()
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
