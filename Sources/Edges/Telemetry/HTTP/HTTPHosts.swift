import Addresses

/// Which names of this server a request may give in its `Host`.
///
/// A web page may have its own name resolve to the address of this server, and then read the answers as if they were its
/// own (DNS rebinding). The browser still sends the page's name as the host, so names that a stranger can own in the public
/// DNS are refused. These cannot be owned:
///
/// - addresses, which resolve to nothing else: `127.0.0.1`, a pod's address, a node's, a Service's;
/// - names of one label (`localhost`, `node-1`) and names below `localhost`, `svc`, `svc.cluster.local` and
///   `pod.cluster.local`.
///
/// All others have to be given: the name of the API server, through whose proxy requests come with its own name.
package struct HTTPHosts: Hashable, Sendable {
    private static let ownDomains = [".localhost", ".svc", ".svc.cluster.local", ".pod.cluster.local"]

    private let names: Set<String>

    /// - Parameter names: more names of this server, without ports.
    package init(_ names: [String] = []) { self.names = Set(names.map(HTTPHosts.canonical)) }

    /// - Parameter host: `name`, `name:port`, `192.0.2.1:7472` or `[2001:db8::1]:7472`.
    package func contain(_ host: String) -> Bool {
        if host.hasPrefix("[") {
            // RFC 3986 §3.2.2; a zone is of the client's host.
            guard let end = host.lastIndex(of: "]"), HTTPHosts.isPort(host[host.index(after: end)...]) else {
                return false
            }
            let text = host[host.index(after: host.startIndex)..<end].prefix { $0 != "%" }
            return (try? IPv6Address(String(text))) != nil
        }
        let parts = host.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count == 1 || HTTPHosts.isPort(":" + parts[1]) else { return false }
        let name = HTTPHosts.canonical(String(first))
        guard !name.isEmpty else { return false }
        if (try? IPv4Address(name)) != nil || names.contains(name) { return true }
        if !name.contains(".") { return true }
        return HTTPHosts.ownDomains.contains(where: name.hasSuffix)
    }

    private static func isPort(_ text: some StringProtocol) -> Bool {
        text.isEmpty || text.hasPrefix(":") && text.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func canonical(_ name: String) -> String {
        let lower = name.lowercased()
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }
}
