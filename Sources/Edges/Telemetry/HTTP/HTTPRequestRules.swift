import KubernetesModel
import NIOHTTP1
import Presentation

/// Decides which requests are answered, and by which route.
package struct HTTPRequestRules: Sendable {
    package enum Verdict: Sendable {
        /// `allow`: the methods that would do, where this one does not.
        case refused(HTTPResponse, allow: String?)
        /// `rest`: what follows the path of the route.
        case served(HTTPRoute, rest: Substring)
    }

    private let routes: [String: HTTPRoute]
    /// Those that match every path that starts with theirs, the longest first.
    private let prefixes: [HTTPRoute]
    private let hosts: HTTPHosts

    /// - Parameters:
    ///   - routes: of two with the same path the first counts.
    ///   - hosts: the names that a request may call this server by.
    package init(_ routes: [HTTPRoute], _ hosts: HTTPHosts = HTTPHosts()) {
        self.routes = Dictionary(routes.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        prefixes = self.routes.values.filter { $0.path.hasSuffix("/") }.sorted { $0.path.count > $1.path.count }
        self.hosts = hosts
    }

    /// - Parameter isFromThisHost: whether the client runs on the host of the server.
    package func verdict(on head: HTTPRequestHead, isFromThisHost: Bool) -> Verdict {
        if let refusal = refusal(of: head) { return .refused(refusal, allow: nil) }
        let path = head.uri.prefix { $0 != "?" && $0 != "#" }
        guard let (route, rest) = route(for: path) else {
            let known = routes.keys.sorted().joined(separator: "\n")
            return .refused(.text("Not found. Available:\n\(known)\n", status: 404), allow: nil)
        }
        switch route.kind {
        case .question, .health:
            guard head.method == .GET || head.method == .HEAD else {
                return .refused(.text("Only GET and HEAD are allowed here.\n", status: 405), allow: "GET, HEAD")
            }
        case .request:
            guard head.method == .POST else {
                return .refused(.text("Only POST is allowed here.\n", status: 405), allow: "POST")
            }
            // A page in a browser on this host may post, too, but not without saying where it is from.
            guard isFromThisHost, !head.headers.contains(name: "Origin") else {
                return .refused(.text("Only requests from the same host are accepted here.\n", status: 403), allow: nil)
            }
        }
        return .served(route, rest: rest)
    }

    /// Why a request is not for this server; `nil` if it is.
    private func refusal(of head: HTTPRequestHead) -> HTTPResponse? {
        let fields = head.headers["Host"]
        // RFC 9112 §3.2. One without the field is served: it is of no browser, which is what the next check is about.
        guard fields.count <= 1 else { return .text("More than one Host field.\n", status: 400) }
        guard let host = fields.first, !hosts.contain(host) else { return nil }
        // RFC 9110 §7.4, §15.5.20.
        return .text(
            """
            Host is \(host.withoutControls.bounded(to: 200)), which is not a name of this server. Use an IP address or \
            localhost, or start martlet with --http-host NAME.

            """, status: 421)
    }

    /// The route of exactly this path, else the one of the longest beginning that ends in a slash; and what follows it.
    private func route(for path: Substring) -> (HTTPRoute, rest: Substring)? {
        if let route = routes[String(path)] { return (route, "") }
        // Not every slash of the path: a client chooses how many it has.
        return prefixes.first { path.hasPrefix($0.path) }.map { ($0, path.dropFirst($0.path.count)) }
    }
}
