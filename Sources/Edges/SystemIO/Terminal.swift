import Glibc

/// The terminal that standard output is, if it is one.
package struct Terminal: Hashable, Sendable {
    /// Columns; 80 where the terminal does not say.
    package let width: Int
    /// Lines; 24 where the terminal does not say.
    package let height: Int

    /// `nil` if standard output is a file, a pipe or anything else but a terminal.
    package static var standardOutput: Terminal? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        let isKnown = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return Terminal(
            width: isKnown ? Int(size.ws_col) : 80, height: isKnown && size.ws_row > 0 ? Int(size.ws_row) : 24)
    }
}
