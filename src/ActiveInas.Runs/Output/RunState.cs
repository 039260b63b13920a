namespace ActiveInas.Runs.Output;

/// <summary>What a run, or a cell of an experiment, does.</summary>
public enum RunState
{
    /// <summary>It has not begun.</summary>
    Missing,

    /// <summary>A process works on it.</summary>
    Running,

    /// <summary>It began and can go on.</summary>
    Stopped,

    /// <summary>It came to its end.</summary>
    Finished,

    /// <summary>Its files are damaged.</summary>
    Unreadable,
}

/// <summary>States in words.</summary>
public static class RunStates
{
    /// <summary>"finished": in documents and tables.</summary>
    public static string Name(this RunState state) => state.ToString().ToLowerInvariant();
}
