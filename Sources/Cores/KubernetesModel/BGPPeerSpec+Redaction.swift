extension BGPPeerSpec: CustomStringConvertible, CustomReflectable {
    /// The router and the AS numbers; never the password.
    package var description: String {
        let router = peerAddress ?? interface ?? "?"
        return "BGPPeerSpec(\(router), password: \(password == nil ? "none" : "redacted"))"
    }

    /// Keeps the password out of `dump` and of test failures.
    package var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
