extension Configuration {
    /// Checks every object and gives what they mean together, with everything that is wrong.
    ///
    /// An object with an error is left out. If `previous` has it, that form stays in force in its place; a pool that is
    /// unchanged since then also comes before one that changed, so that an edit cannot take addresses from a pool that
    /// works. The result depends on nothing else, and the order of the input only matters where it breaks ties.
    package static func make(
        from state: ClusterState, keeping previous: Configuration? = nil
    ) -> (configuration: Configuration, problems: [Problem]) {
        var builder = ConfigurationBuilder(state: state, previous: previous ?? Configuration())
        return builder.build()
    }
}
