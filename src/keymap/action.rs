//! The actions of the console, and where each applies.

/// What a person can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the table says what each is")]
pub enum Action {
    Help,
    Quit,
    Leave,
    NextPane,
    PreviousPane,
    GoProfiles,
    GoEditor,
    GoVariables,
    GoDeliveries,
    GoTimeline,
    Test,
    Preview,
    CopyCurl,
    CopyRequest,
    Snippet,
    CopySnippet,
    Receiver,
    Senders,
    Overview,
    Bulk,
    ShowFailed,
    Redraw,
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    Search,
    New,
    Edit,
    Duplicate,
    Delete,
    Undo,
    Enable,
    Pause,
    CopyId,
    NextField,
    PreviousField,
    OtherStep,
    Save,
    Variables,
    Secrets,
    Toggle,
    SelectAll,
    CopyVariables,
    Insert,
    AddVariable,
    EditVariable,
    RemoveVariable,
    Details,
    RetryNow,
    Cancel,
    Resend,
    Original,
    Resent,
    FilterState,
    FilterProfile,
    Follow,
    TimeForm,
    Theme,
    CopyDelivery,
    RetryAll,
    CancelAll,
    ResendAll,
    PauseAll,
    Accept,
    Refuse,
    Discard,
    Left,
    Right,
    OpenFile,
    SaveSample,
    RemoveSample,
    EditBody,
    EditProfile,
    Pager,
    ShowInFull,
    EditResponses,
    Replay,
    WriteFile,
    Mouse,
    Suspend,
    Palette,
    NextMatch,
    PreviousMatch,
}

impl Action {
    /// Whether it goes from match to match.
    #[must_use]
    pub fn is_match(self) -> bool {
        matches!(self, Self::NextMatch | Self::PreviousMatch)
    }

    /// Whether it works above every window, though it is one of [`Scope::Global`].
    #[must_use]
    pub fn works_above_windows(self) -> bool {
        matches!(self, Self::Help | Self::Palette | Self::Redraw | Self::Suspend | Self::Quit)
    }
}

/// Where an action's keys work. The focused scope takes precedence over [`Scope::Global`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is named for its pane or window")]
pub enum Scope {
    Global,
    List,
    Profiles,
    Editor,
    Variables,
    Deliveries,
    TestWindow,
    PreviewWindow,
    SnippetWindow,
    Question,
    ReceiverWindow,
    ResponsesForm,
    ReplayForm,
    RequestWindow,
    SendersWindow,
    OverviewWindow,
    BulkWindow,
    Form,
    Reading,
    Guide,
    CopyWindow,
}

impl Scope {
    /// All, in the order of the help.
    pub const ALL: &'static [Self] = &[
        Self::Global,
        Self::List,
        Self::Profiles,
        Self::Editor,
        Self::Variables,
        Self::Deliveries,
        Self::TestWindow,
        Self::PreviewWindow,
        Self::SnippetWindow,
        Self::ReceiverWindow,
        Self::ResponsesForm,
        Self::ReplayForm,
        Self::RequestWindow,
        Self::SendersWindow,
        Self::OverviewWindow,
        Self::BulkWindow,
        Self::Form,
        Self::CopyWindow,
        Self::Question,
        Self::Reading,
        Self::Guide,
    ];

    /// Whether both can be active at the same time, so that a key cannot mean two things.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self == other || TOGETHER.iter().any(|all| all.contains(&self) && all.contains(&other))
    }

    /// Whether it is the scope of a pane.
    #[must_use]
    pub fn is_pane(self) -> bool {
        matches!(self, Self::Profiles | Self::Editor | Self::Variables | Self::Deliveries)
    }

    /// Whether keys with characters always type text here, and so are never actions.
    #[must_use]
    pub fn is_for_text(self) -> bool {
        matches!(self, Self::Editor | Self::TestWindow | Self::Form | Self::ResponsesForm | Self::ReplayForm)
    }

    /// The heading in the help.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::List => "In lists",
            Self::Profiles => "Profiles",
            Self::Editor => "Editor",
            Self::Variables => "Variables",
            Self::Deliveries => "Deliveries, timeline and details",
            Self::TestWindow => "Test window",
            Self::PreviewWindow => "Preview",
            Self::SnippetWindow => "Snippet",
            Self::Question => "Questions",
            Self::ReceiverWindow => "Receiver",
            Self::ResponsesForm => "Responses, and what is shown",
            Self::ReplayForm => "Sending a request elsewhere",
            Self::RequestWindow => "Request",
            Self::SendersWindow => "Senders",
            Self::OverviewWindow => "Overview",
            Self::BulkWindow => "Bulk actions",
            Self::Form => "Own variable",
            Self::Reading => "In details, preview, snippet and request",
            Self::Guide => "In palette and help",
            Self::CopyWindow => "What could not be copied",
        }
    }
}

/// The scopes that are active together: in a pane, in a window.
const TOGETHER: &[&[Scope]] = &[
    &[Scope::Editor, Scope::Global],
    &[Scope::Profiles, Scope::Global, Scope::List],
    &[Scope::Variables, Scope::Global, Scope::List],
    &[Scope::Deliveries, Scope::Global, Scope::List],
    &[Scope::Reading, Scope::Deliveries, Scope::List],
    &[Scope::PreviewWindow, Scope::Reading, Scope::List],
    &[Scope::SnippetWindow, Scope::Reading, Scope::List],
    &[Scope::ReceiverWindow, Scope::List],
    &[Scope::SendersWindow, Scope::List],
    &[Scope::OverviewWindow, Scope::List],
    &[Scope::BulkWindow, Scope::List],
    &[Scope::RequestWindow, Scope::Reading, Scope::List],
    &[Scope::Guide, Scope::List],
];
