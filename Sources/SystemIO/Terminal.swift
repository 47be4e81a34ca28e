import Glibc

/// What standard output is, as far as screens care.
package struct Terminal: Hashable, Sendable {
    /// Columns of the terminal; `nil` where the output is none.
    package var width: Int?
    package var allowsColor: Bool

    package init(width: Int?, allowsColor: Bool) {
        self.width = width
        self.allowsColor = allowsColor
    }

    /// Standard output as it is now.
    ///
    /// Colour is for terminals alone, and not where `NO_COLOR` is set to anything (no-color.org) or `TERM` is `dumb`.
    package static var standardOutput: Terminal {
        guard isatty(STDOUT_FILENO) == 1 else { return Terminal(width: nil, allowsColor: false) }
        var size = winsize()
        let known = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let isPlain = !(environment("NO_COLOR") ?? "").isEmpty || environment("TERM") == "dumb"
        return Terminal(width: known ? Int(size.ws_col) : 80, allowsColor: !isPlain)
    }

    /// A variable of the environment.
    package static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}
