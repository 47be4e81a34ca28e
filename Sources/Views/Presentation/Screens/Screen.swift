/// What a command answers: a document for scripts and a screen for people, of the same facts.
package protocol Screen: JSONRepresentable {
    /// The lines of the screen, without line breaks.
    func lines(_ layout: Layout) -> [String]

    /// The names of what it is about, each once: what other commands take.
    var names: [String] { get }
}

extension Screen {
    /// The text to print on standard output; ends with a line break.
    ///
    /// - Parameter layout: for `table` and `wide`, of which the format says which it is.
    package func text(_ format: OutputFormat, _ layout: Layout) -> String {
        var layout = layout
        switch format {
        case .json: return json.text()
        case .yaml: return json.yamlText
        case .name: return names.map { $0.withoutControls + "\n" }.joined()
        case .table: layout.isWide = false
        case .wide: layout.isWide = true
        }
        return lines(layout).map { $0 + "\n" }.joined()
    }
}
