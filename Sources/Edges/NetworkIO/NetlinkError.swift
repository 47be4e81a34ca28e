import CLibnl

/// What libnl could not do.
package struct NetlinkError: Error, Hashable, Sendable, CustomStringConvertible {
    package let attempt: String
    /// One of libnl's own numbers, NLE_*.
    package let code: CInt

    init(_ attempt: String, code: CInt) {
        self.attempt = attempt
        self.code = abs(code)
    }

    package var description: String {
        guard let text = unsafe nl_geterror(code) else { return "\(attempt): libnl error \(code)" }
        return unsafe "\(attempt): \(String(cString: text))"
    }
}
