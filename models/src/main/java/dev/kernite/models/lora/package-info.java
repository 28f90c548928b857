/** Low-rank adapters: small matrices that learn in the place of frozen large ones. */
package dev.kernite.models.lora;
