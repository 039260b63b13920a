namespace ActiveInas;

/// <summary>What a long operation tells whoever watches. Never part of a result. Each event stands in the folder of what raises it.</summary>
public abstract record ProgressEvent
{
    /// <summary>One line for logs and plain terminals; null for events that come too often, or that whoever shows them words.</summary>
    public virtual string? Line => null;
}

/// <summary>Something that a person should look into; what goes on goes on.</summary>
public sealed record Warning(string Message) : ProgressEvent;

/// <summary>Something worth a line in the log.</summary>
public sealed record Notice(string Message) : ProgressEvent;
