/// The values of `--log-format`.
package enum LogFormat: String, Hashable, Sendable, CaseIterable {
    /// For people: `2026-01-01T00:00:00.000000Z warning session lost peer=tor-a reason="hold timer expired"`.
    case text
    /// For machines: the same as one JSON object a line.
    case json
}
