import Glibc

/// A system call that failed: what was tried, on what, and what the kernel said.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried, for example `cannot write /var/lib/martlet/assignments.json`.
    package let attempt: String
    /// The kernel's error number, for example `ENOSPC`.
    package let code: CInt
    /// Said instead of what the kernel says, where it would not be understood.
    private let reason: String?

    package init(_ attempt: String, reason: String? = nil, code: CInt) {
        self.attempt = attempt
        self.reason = reason
        self.code = code
    }

    /// The error that the last system call of this thread left.
    static func last(_ attempt: String) -> SystemError { SystemError(attempt, code: errno) }

    package var description: String { "\(attempt): \(cause)" }

    /// A clause: why it failed, without what was tried.
    package var cause: String { reason ?? SystemError.text(of: code) }

    /// The error number in words.
    package static func text(of code: CInt) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
