import LinkLayer

/// What became of the inquiry on one interface.
package struct ProbeOutcome: Sendable {
    package let interface: String
    package let inquiry: Inquiry
    /// Why it was not asked there, or not to the end.
    package var problem: String?

    package init(interface: String, inquiry: Inquiry, problem: String? = nil) {
        self.interface = interface
        self.inquiry = inquiry
        self.problem = problem
    }
}
