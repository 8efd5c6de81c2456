"""Packages of models."""
