namespace ActiveInas.Data.Images;

/// <summary>One image that cannot be used: the loader lists it as a <see cref="DataProblem"/> and goes on.</summary>
internal sealed class BadImageException(string message) : Exception(message);
