import Timing

/// How a screen is to look, and when it is looked at.
package struct Layout: Hashable, Sendable {
    /// Columns of the terminal; `nil` for no limit, which is right wherever the output is not a terminal.
    package var width: Int?
    /// Whether there is to be more of everything (`-o wide`).
    package var isWide: Bool
    package var style: Style
    /// Ages are counted up to here.
    package var now: Timestamp

    package init(width: Int?, isWide: Bool = false, style: Style = .plain, now: Timestamp) {
        self.width = width
        self.isWide = isWide
        self.style = style
        self.now = now
    }
}
