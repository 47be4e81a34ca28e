import FoundationEssentials

/// A proxy as a kubeconfig's `proxy-url` names it.
struct ProxyAddress: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// By CONNECT.
        case http
        case socks
    }

    static let problem = "proxy-url must be http://HOST:PORT or socks5://HOST:PORT"

    let kind: Kind
    let host: String
    let port: Int
    /// `USER:PASSWORD` in Base64.
    let credentials: Confidential?

    init?(_ text: String) {
        guard let url = URL(string: text), let host = url.host(), !host.isEmpty else { return nil }
        switch url.scheme?.lowercased() {
        case "http": (kind, port) = (.http, url.port ?? 80)
        case "socks5", "socks5h": (kind, port) = (.socks, url.port ?? 1080)
        default: return nil
        }
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        credentials = url.user().map { user in
            Confidential(Data("\(user):\(url.password() ?? "")".utf8).base64EncodedString())
        }
    }
}
