/** BERT, RoBERTa and DistilBERT: one encoder, its heads and its files. */
package dev.kernite.models.bert;
